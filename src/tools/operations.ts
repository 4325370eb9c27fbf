/**
 * When people are asked before a tool with operations is used, for those who read about it: `when` says it of
 * one operation, as `always` or in words; undefined is never.
 */
export function asksOf<Operation>(
  operations: Readonly<Record<string, Operation>>,
  when: (operation: Operation) => string | undefined,
): string {
  const asked = Object.entries(operations).flatMap(([name, operation]) => {
    const words = when(operation);
    if (words === undefined) return [];
    return words === 'always' ? [name] : [`${name} (${words})`];
  });
  return asked.join(', ');
}
