import { inject } from 'vitest';
import { lenderAt } from './lent-database.ts';

/** The embedded databases that this process's tests use one after another: a test with two worlds has two. */
export const { borrow } = lenderAt(() => ({
  scratch: inject('scratch'),
  template: inject('embeddedTemplate'),
}));
