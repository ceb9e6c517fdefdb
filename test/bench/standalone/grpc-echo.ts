/** A bare grpc-js server: asks the real service once, then answers every call with those bytes. Arguments: port of the service, file of the framed request. */
import { readFileSync } from 'node:fs';
import { credentials, makeGenericClientConstructor, Server, ServerCredentials, type ServiceDefinition } from '@grpc/grpc-js';

const [port, file] = process.argv.slice(2);
const asIs = (bytes: Buffer): Buffer => bytes;
const definition: ServiceDefinition = {
  GetBalance: {
    path: '/drawdown.v1.BalanceService/GetBalance',
    requestStream: false,
    responseStream: false,
    requestSerialize: asIs,
    requestDeserialize: asIs,
    responseSerialize: asIs,
    responseDeserialize: asIs,
  },
};

/** The customer may not be there yet: asks until it is. */
function answerOf(request: Buffer, done: (answer: Buffer) => void): void {
  const client = new (makeGenericClientConstructor(definition, 'BalanceService'))(`127.0.0.1:${port}`, credentials.createInsecure());
  const ask = (): void =>
    (client['GetBalance'] as (request: Buffer, answered: (error: Error | null, answer: Buffer) => void) => void).call(
      client,
      request,
      (error, answer) => {
        if (error) return void setTimeout(ask, 200);
        client.close();
        done(answer);
      },
    );
  ask();
}

answerOf(readFileSync(file!).subarray(5), (answer) => {
  const server = new Server();
  server.addService(definition, { GetBalance: (_: unknown, reply: (error: null, answer: Buffer) => void) => reply(null, answer) });
  server.bindAsync('127.0.0.1:0', ServerCredentials.createInsecure(), (error, bound) => {
    if (error) throw error;
    console.log(`${bound} is where the echo listens`);
  });
});
