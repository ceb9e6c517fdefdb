/** A receiver of webhooks that reads each whole and answers 204: it checks nothing, so that it costs little beside the sender. */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';

const server = createServer({ keepAlive: true, noDelay: true }, (request, response) => {
  request.resume();
  response.writeHead(204).end();
});
server.listen(0, '127.0.0.1', () => process.stdout.write(`listening on ${(server.address() as AddressInfo).port}\n`));
