/** What a platform calls people and groups by. */
export type Mentions = {
  /** Whom an id stands for; undefined for what is no id of this platform. */
  kindOf(who: string): 'person' | 'group' | undefined;
  /** Text that calls somebody. */
  person(id: string): string;
  group(id: string): string;
};
