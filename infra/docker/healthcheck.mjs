/** Asks the service of this container whether it takes work: exit code 0 when it does. OPS_PORT sets its ports. */
const OPS_PORT_STANDALONE = 9464;
const ANSWERS_WITHIN_MS = 2_500;

const port = process.env.OPS_PORT || OPS_PORT_STANDALONE;
try {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`, { signal: AbortSignal.timeout(ANSWERS_WITHIN_MS) });
  // Docker keeps this text: it says what the service waits for.
  process.stdout.write(`${await answer.text()}\n`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stdout.write(`no answer at port ${port}: ${error.message}\n`);
  process.exitCode = 1;
}
