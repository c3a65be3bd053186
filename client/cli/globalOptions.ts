/** Options of every verb. */
export const globalOptions = {
  pond: { type: 'string' },
  json: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
} as const;
