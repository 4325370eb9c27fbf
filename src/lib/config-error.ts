/**
 * Wrong or missing settings, or what a server refuses: what people can mend. Each fault is one line that
 * names the setting and says what to do; the message is all of them.
 */
export class ConfigError extends Error {
  readonly faults: readonly string[];
  constructor(faults: string | readonly string[], options?: ErrorOptions) {
    const all = typeof faults === 'string' ? [faults] : faults;
    super(all.join('\n'), options);
    this.faults = all;
  }
}
