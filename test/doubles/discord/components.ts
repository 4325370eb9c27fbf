/** All components of a message, nested ones too. */
export function flat(components: readonly unknown[]): Flat[] {
  return components.flatMap((component) => {
    const part = component as Flat & { components?: unknown[]; accessory?: unknown };
    return [part, ...flat(part.components ?? []), ...flat(part.accessory ? [part.accessory] : [])];
  });
}

type Flat = { custom_id?: string; content?: string; options?: { value: string }[]; label?: string } & {
  min_values?: number;
  max_values?: number;
};
