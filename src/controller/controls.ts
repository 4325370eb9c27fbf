/** A button: `name` and `values` are what comes back of it (`actionOf`). */
export type Control = {
  label: string;
  name: string;
  values: readonly string[];
  style?: 'primary' | 'success' | 'danger';
  /** What somebody is told before it is done, where the platform itself asks whether they are sure. */
  sure?: string;
};
