/** A trainer's process that dies at any request, as if its driver crashed. */
process.on('message', () => {
  process.kill(process.pid, 'SIGKILL');
});
