/** A button: `name` and `values` are what comes back of it (`actionOf`). */
export type Control = {
  label: string;
  name: string;
  values: readonly string[];
  style?: 'primary' | 'danger';
};
