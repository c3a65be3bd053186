import { parseArgs } from 'node:util';

/** Amounts of work of a benchmark, by name. */
type Parameters = Readonly<Record<string, number>>;

/**
 * Requested amounts of a benchmark: `full`, or `small` with `--small` on the command line, which is enough to see that
 * it works. Each can also be set by name: `--rounds 10`.
 */
export function parametersOf<P extends Parameters>(full: P, small: P): P {
  const numbers = Object.keys(full).map((name) => [name, { type: 'string' }] as const);
  const { values } = parseArgs({ options: { small: { type: 'boolean' }, ...Object.fromEntries(numbers) } });
  const given = Object.entries(values).flatMap(([name, value]) => (name === 'small' ? [] : [[name, Number(value)]]));
  return { ...(values['small'] === true ? small : full), ...(Object.fromEntries(given) as Partial<P>) };
}
