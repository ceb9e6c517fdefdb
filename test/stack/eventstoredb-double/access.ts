/** Who may call: HTTP Basic credentials, which clients send over TLS only. */
import type { Metadata } from '@grpc/grpc-js';
import { type Refusal, unauthenticated } from './encoding';
import type { Switches } from './switches';

export function refusedCaller({ users, anonymous }: Switches, metadata: Metadata): Refusal | undefined {
  const [given] = metadata.get('authorization');
  if (given === undefined) return anonymous ? undefined : unauthenticated();
  const [name = '', ...password] = Buffer.from(String(given).replace(/^Basic /, ''), 'base64')
    .toString('utf8')
    .split(':');
  return users[name] === password.join(':') ? undefined : unauthenticated();
}
