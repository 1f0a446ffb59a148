/** A trainer's process that dies of whatever it is asked, as one does whose driver crashes. */
process.on('message', () => {
  process.kill(process.pid, 'SIGKILL');
});
