/*
 * On SIGUSR2 a process says on its standard error how much memory it holds, once it has given back the rest.
 */
process.on('SIGUSR2', () => {
  for (let i = 0; i < 3; i++) global.gc();
  const { heapUsed, external } = process.memoryUsage();
  process.stderr.write(`heap ${(heapUsed + external) / 1024}\n`);
});
