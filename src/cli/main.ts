#!/usr/bin/env node
import module from 'node:module'
import { codeCacheFolder } from '../composition/cache-folder.ts'

// Before anything else is loaded, and by a name that an old Node may lack: the check of its version comes later. In a
// folder of the user's own, since what is kept there is run: Node's default is one that all users share.
const cache = await codeCacheFolder()
if (cache !== null) module.enableCompileCache?.(cache)

const { runProgram } = await import('./program.ts')
await runProgram(process.argv.slice(2))
