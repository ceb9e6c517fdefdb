import { type Route, rpcNames, routes } from './routes';
import { pathParameters } from './routes';
import { loadContract } from './contract';

const contract = loadContract();
const table = rpcNames.map((name) => [name, routes[name] as Route] as const);

describe('the operation table and the proto files', () => {
  it('name the same rpcs', () => {
    expect([...rpcNames].sort()).toEqual([...contract.rpcs.keys()].sort());
  });

  it.each(table)('agree on whether %s streams', (name, route) => {
    expect(contract.rpcs.get(name)?.streamed).toBe(route.kind === 'stream');
  });

  it.each(table)('give %s a place on both transports', (_, route) => {
    expect(route.http.length).toBeGreaterThan(0);
  });

  it.each(table.flatMap(([name, route]) => route.http.map(({ path }) => [path, name] as const)))(
    'have a text field for every parameter of %s (%s)',
    (path, name) => {
      const request = contract.rpcs.get(name)?.request;
      for (const parameter of pathParameters(path)) expect(request?.byName.get(parameter)?.kind).toBe('text');
    },
  );

  it('give every method and path to one operation, usage apart', () => {
    const places = table
      .filter(([, route]) => !route.raw)
      .flatMap(([, route]) => route.http.map(({ method, path }) => `${method} ${path}`));
    expect(new Set(places).size).toBe(places.length);
  });

  it.each(table.filter(([, { kind, raw }]) => kind === 'command' && !raw))('give the command %s an idempotency key', (name) => {
    expect(contract.rpcs.get(name)?.request.byName.get('request_id')?.kind).toBe('text');
  });

  it.each(table.filter(([, { kind }]) => kind !== 'command'))('give %s none, for it changes nothing', (name) => {
    expect(contract.rpcs.get(name)?.request.byName.has('request_id')).toBe(false);
  });

  it.each(table)('know the fields by which %s is guarded', (name, { etag, ifMatch, resumeFrom }) => {
    const rpc = contract.rpcs.get(name);
    for (const field of [ifMatch, resumeFrom]) if (field) expect(rpc?.request.byName.get(field)?.kind).toBe('long');
    if (etag) expect(rpc?.response.byName.get(etag)?.kind).toBe('long');
  });
});

describe('the contract', () => {
  it('answers every command and query with a revision or the moment it speaks of', () => {
    const without = [...contract.rpcs.values()]
      .filter(({ streamed, response }) => !streamed && !response.byName.has('revision') && !response.byName.has('as_of'))
      .map(({ name }) => name);
    // These answer with what became of something, not with the state of a stream; or with the moment itself.
    expect(without).toEqual(['RebuildProjections', 'ReplayRejectedUsage', 'GetTestClock', 'AdvanceTestClock']);
  });

  it('says lower-case words for enums, without their prefix', () => {
    const origin = contract.rpcs.get('AddCredits')?.request.byName.get('origin');
    expect([...(origin?.words ?? [])]).toEqual([
      [1, 'paid'],
      [2, 'free'],
    ]);
    const overrun = contract.rpcs.get('CaptureHold')?.request.byName.get('overrun');
    expect([...(overrun?.words.values() ?? [])]).toEqual(['refuse', 'from_available']);
  });

  it('has a comment on every rpc and field', () => {
    for (const rpc of contract.rpcs.values()) {
      expect([rpc.name, rpc.comment]).toEqual([rpc.name, expect.stringMatching(/\.$/)]);
      for (const field of [...rpc.request.fields, ...rpc.response.fields])
        expect([`${rpc.name}.${field.name}`, field.comment]).toEqual([`${rpc.name}.${field.name}`, expect.stringMatching(/\S/)]);
    }
  });

  it('is missed by name when the proto files are not there', () => {
    expect(() => loadContract('/nowhere')).toThrow(/ENOENT.*\/nowhere\/proto\/descriptors.binpb/);
  });
});
