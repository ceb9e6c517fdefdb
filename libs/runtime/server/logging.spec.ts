import { openLog } from './logging';

it('writes JSON lines in which nothing that could be a secret stands', () => {
  const lines: string[] = [];
  const log = openLog('info', { write: (line) => void lines.push(line) });
  log.info(
    { customer: 'cus_1', secret: 'whsec_a', endpoint: { secret: 'whsec_b', url: 'http://x' }, headers: { authorization: 'Bearer c' } },
    'made',
  );
  log.debug('not at this level');
  expect(lines).toHaveLength(1);
  expect(JSON.parse(lines[0] ?? '')).toEqual({
    level: 'info',
    time: expect.stringMatching(/Z$/) as unknown,
    msg: 'made',
    customer: 'cus_1',
    secret: '[redacted]',
    endpoint: { secret: '[redacted]', url: 'http://x' },
    headers: { authorization: '[redacted]' },
  });
});
