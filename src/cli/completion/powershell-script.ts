/**
 * The completion of PowerShell, Windows PowerShell 5.1 included. It asks as that of bash does; what is answered is told
 * there.
 *
 * Not that of @bomb.sh/tab: its script runs what was typed through `Invoke-Expression`, in quotes that a typographic quote
 * ends. What is neither letter nor digit nor among a few signs is not even passed on: where `lading` is a `.cmd`, the
 * `cmd.exe` that Windows starts for it takes the rest of such a word for a command.
 */
export const POWERSHELL_SCRIPT = String.raw`# PowerShell completion for lading; in $PROFILE: lading completion powershell | Out-String | Invoke-Expression

Register-ArgumentCompleter -Native -CommandName lading -ScriptBlock {
    param($wordToComplete, $commandAst, $cursorPosition)

    $elements = @($commandAst.CommandElements | Select-Object -Skip 1)
    $words = @($elements | Where-Object { $_.Extent.EndOffset -lt $cursorPosition } | ForEach-Object {
        if ($_ -is [System.Management.Automation.Language.StringConstantExpressionAst]) { $_.Value } else { $_.Extent.Text }
    }) + @([string]$wordToComplete)
    if ($words -notmatch '^[\p{L}\p{N}_./\\:=@+,~ -]*\z') { return }
    # PowerShell drops an empty argument, unless it is new, or the argument is quoted once more.
    $dropsEmpty = $PSVersionTable.PSVersion -lt [version]'7.3.0' -or $PSNativeCommandArgumentPassing -eq 'Legacy'
    if ($dropsEmpty) { $words = @($words | ForEach-Object { if ($_ -eq '') { '""' } else { $_ } }) }

    $encoding = [Console]::OutputEncoding
    try {
        [Console]::OutputEncoding = [System.Text.Encoding]::UTF8
        $lines = @(& lading complete '--' @words 2>$null)
    } finally {
        [Console]::OutputEncoding = $encoding
    }
    $flag = if ($wordToComplete -match '^-[^=]*=') { $Matches[0] } else { '' }
    $candidates = @($lines | Where-Object { $_ -and -not $_.StartsWith(':') })
    # Answered nothing, PowerShell offers files.
    if ($candidates.Count -eq 0 -and $lines -contains ':4') { return '' }
    foreach ($line in $candidates) {
        $value, $description = $line -split [char]9, 2
        # What PowerShell could take for more than a word is quoted.
        $text = if ($value -match '^[a-z0-9_./:-]+\z') { $value } else {
            "'" + [System.Management.Automation.Language.CodeGeneration]::EscapeSingleQuotedStringContent($value) + "'"
        }
        $tip = if ($description) { $description } else { $value }
        [System.Management.Automation.CompletionResult]::new("$flag$text", $value, 'ParameterValue', $tip)
    }
}
`
