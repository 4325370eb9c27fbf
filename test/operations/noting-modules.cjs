/* Writes down which modules a process loads, one a line, to the file that MODULES_TO names. */
const { appendFileSync } = require('node:fs');
const { registerHooks } = require('node:module');

registerHooks({
  load(url, context, next) {
    if (url.startsWith('file:')) appendFileSync(process.env.MODULES_TO, `${url}\n`);
    return next(url, context);
  },
});
