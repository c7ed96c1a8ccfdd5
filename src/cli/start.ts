/** `npm start`: without arguments (but `--keep`) the quickstart, with arguments the CLI. */
const args = process.argv.slice(2)

if (args.every((arg) => arg === '--keep')) {
  const { runQuickstart } = await import('./quickstart.ts')
  await runQuickstart({ keep: args.length > 0 })
} else {
  const { runProgram } = await import('./program.ts')
  await runProgram(args)
}
