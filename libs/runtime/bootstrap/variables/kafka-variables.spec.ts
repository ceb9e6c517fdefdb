import { ConfigInvalid } from '../config/config';
import { parseGroups } from '../config/config-groups';
import { rootCertificates } from 'node:tls';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { KafkaVariables } from './kafka-variables';

function problemsOf(environment: Readonly<Record<string, string>>): readonly string[] {
  try {
    parseGroups({ groups: { kafka: KafkaVariables } }, environment);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigInvalid)) throw error;
    return error.problems.map(({ variable, problem }) => `${variable} ${problem}`);
  }
}

describe('KAFKA_BROKERS', () => {
  it.each(['127.0.0.1:1', 'kafka:65535,[::1]:9092', 'a.b-c_d:10000'])('may be %s', (KAFKA_BROKERS) =>
    expect(problemsOf({ KAFKA_BROKERS })).toEqual([]),
  );
  it.each(['127.0.0.1:99999', '127.0.0.1:65536', 'kafka:0', 'kafka', 'kafka:'])('may not be %s', (KAFKA_BROKERS) =>
    expect(problemsOf({ KAFKA_BROKERS })).toEqual([expect.stringMatching(/^KAFKA_BROKERS /)]),
  );
});

describe('KAFKA_REPLICATION', () => {
  it.each(['-1', '1', '3'])('may be %s', (KAFKA_REPLICATION) => expect(problemsOf({ KAFKA_REPLICATION })).toEqual([]));
  it.each(['-2', '0', '17', 'x'])('may not be %s', (KAFKA_REPLICATION) =>
    expect(problemsOf({ KAFKA_REPLICATION })).toEqual([expect.stringMatching(/^KAFKA_REPLICATION /)]),
  );
});

describe('KAFKA_TLS_CA_FILE', () => {
  const folder = mkdtempSync(join(tmpdir(), 'drawdown-ca-'));
  afterAll(() => rmSync(folder, { recursive: true }));
  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const asked = (KAFKA_TLS_CA_FILE: string) => problemsOf({ KAFKA_TLS: 'true', KAFKA_TLS_CA_FILE });

  it('has to be there, and to hold a certificate', () => {
    expect(asked(join(folder, 'nope'))).toEqual([expect.stringMatching(/^KAFKA_TLS_CA_FILE is .*nope, which cannot be read \(ENOENT\)$/)]);
    expect(asked(folder)).toEqual([expect.stringMatching(/cannot be read \(EISDIR\)$/)]);
    expect(asked(file('text', 'no certificate'))).toEqual([expect.stringMatching(/holds no certificate/)]);
    expect(asked(file('ca.pem', rootCertificates[0] ?? ''))).toEqual([]);
  });
});
