/** A child for the supervisor's test: says who it is, dies when told, ignores SIGTERM when told. */
process.send?.({ pid: process.pid, colour: process.env.COLOUR });
process.on('message', (message) => {
  if (message === 'die') process.exit(3);
  if (message === 'ignore-sigterm') {
    process.on('SIGTERM', () => {});
    process.send?.('ignoring');
  }
});
process.on('disconnect', () => process.exit(0));
