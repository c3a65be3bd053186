/** Scripts with which shells complete command lines of `pond`. */
import { PondError } from '../../server/src/base/error.ts';
import { argument } from './runner.ts';
import { type TerminalVerb } from './verb.ts';

/** First argument of a call by a script: the words to complete follow. Help does not list it. */
export const completeWords = '__complete';

const scripts = {
  bash: `_pond_complete() {
  local line
  COMPREPLY=()
  while IFS= read -r line; do
    COMPREPLY+=("$(printf %q "$line")")
  done < <(pond ${completeWords} "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  if [[ \${#COMPREPLY[@]} -eq 1 && \${COMPREPLY[0]} == */ ]]; then compopt -o nospace 2>/dev/null; fi
}
complete -o default -F _pond_complete pond
`,
  zsh: `#compdef pond
_pond() {
  local -a found directories others
  found=("\${(@f)$(pond ${completeWords} "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  found=("\${(@)found:#}")
  if (( \${#found} == 0 )); then
    _files
    return
  fi
  directories=("\${(@M)found:#*/}")
  others=("\${(@)found:#*/}")
  (( \${#directories} )) && compadd -S '' -- "\${directories[@]}"
  (( \${#others} )) && compadd -- "\${others[@]}"
}
compdef _pond pond
`,
  fish: `complete -c pond -a '(pond ${completeWords} (commandline -opc)[2..-1] (commandline -ct) 2>/dev/null)'
`,
  powershell: `Register-ArgumentCompleter -Native -CommandName pond -ScriptBlock {
  param($word, $line, $position)
  $words = @($line.CommandElements | Select-Object -Skip 1 | ForEach-Object { $_.ToString() })
  if ($word -eq '') { $words += '' }
  & pond ${completeWords} @words 2>$null | ForEach-Object {
    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)
  }
}
`,
} as const;

/** Names of the shells. */
export const shells: readonly string[] = Object.keys(scripts);

/** Prints the script of a shell. */
export const completion: TerminalVerb = {
  usage: 'SHELL',
  summary: 'print a script with which a shell completes command lines of pond',
  printsAsIs: 'a script',
  details: [
    `SHELL is ${shells.slice(0, -1).join(', ')} or ${shells.at(-1)}. In bash: source <(pond completion bash)`,
    'The script completes verbs, options, paths of the pond, and names of resources.',
  ],
  positionals: [1, 1],
  runStandalone: async (line, terminal) => {
    const name = argument(line, 0);
    const script = Object.entries(scripts).find(([shell]) => shell === name)?.[1];
    if (script === undefined)
      throw new PondError('usage', `'${name}' is not a shell`, { hint: `Use ${shells.join(', ')}.` });
    await terminal.print(script);
  },
};
