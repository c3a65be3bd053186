import { parseArgs } from 'node:util';

/** How much a benchmark does, by what it names. */
export type Parameters = Readonly<Record<string, number>>;

/**
 * What a benchmark was asked to do: `full`, or with `--small` on the command line `small`, which is enough to see that
 * it works. Each can be given by name as well: `--rounds 10`.
 */
export function parametersOf<P extends Parameters>(full: P, small: P): P {
  const numbers = Object.keys(full).map((name) => [name, { type: 'string' }] as const);
  const { values } = parseArgs({ options: { small: { type: 'boolean' }, ...Object.fromEntries(numbers) } });
  const given = Object.entries(values).flatMap(([name, value]) => (name === 'small' ? [] : [[name, Number(value)]]));
  return { ...(values['small'] === true ? small : full), ...(Object.fromEntries(given) as Partial<P>) };
}
