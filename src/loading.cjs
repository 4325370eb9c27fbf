/*
 * How Node loads what the program consists of, which is most of what a start takes.
 *
 * From the second start on it finds compiled what it loads. That is kept with the packages, which nobody else
 * may write to, and not where Node would keep it: whoever can write there decides what runs.
 */
const path = require('node:path');
const { enableCompileCache, registerHooks } = require('node:module');

if (!process.env.NODE_COMPILE_CACHE) {
  enableCompileCache(path.join(__dirname, '../node_modules/.cache/compiled'));
}

/*
 * For each module that it loads as ESM, Node 24 parses all that the `exports` of its package say. Those of
 * drizzle-orm are 180 KB: its hundred modules take 200 MB and half a second more than the same as CommonJS.
 */
registerHooks({
  resolve(specifier, context, next) {
    const isOrm = /^drizzle-orm(\/|$)/.test(specifier);
    return next(specifier, isOrm ? { ...context, conditions: ['node', 'require'] } : context);
  },
});
