/** A command sent again under its key is carried out once, whatever happened in between. */
import type { BalanceAnswer } from '../support/clients/answers';
import { GrpcProblem } from '../support/clients/grpc-client';
import type { Answer, Problem } from '../support/clients/http-client';
import { textMatching } from '../support/text-matching';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { balanceOf, CALLS, callsOf, createCalls, createHolder } from '../support/clients/usage';

let service: Deployment;
let made = 0;

async function holder(): Promise<string> {
  const customer = `holder-${made++}`;
  await createHolder(service.http, customer, '100');
  return customer;
}

const topUp = (customer: string, key: string, amount = '7'): Promise<Answer<BalanceAnswer & Problem>> =>
  service.http.send('POST', `${callsOf(customer)}/top-ups`, { amount, origin: 'free' }, { key });

onEveryDeployment((deployment) => {
  beforeAll(async () => {
    service = deployment();
    await createCalls(service.http);
  });

  describe('the same key and the same command', () => {
    it('is answered as the first time, and says so', async () => {
      const customer = await holder();
      const first = await topUp(customer, 'k1');
      await topUp(customer, 'k2');
      const again = await topUp(customer, 'k1');
      expect(first.headers['idempotent-replayed']).toBeUndefined();
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(again.status).toBe(201);
      expect(again.body.revision).toBe(first.body.revision);
      expect(again.body.balance.booked).toBe(first.body.balance.booked);
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '114', revision: 3 });
    });

    it('is one command at whichever transport it is sent', async () => {
      const customer = await holder();
      const first = await topUp(customer, 'crossing');
      const again = await service.grpc.call<BalanceAnswer>('TopUpCreditBalance', {
        request_id: 'crossing',
        customer_id: customer,
        credit_product_id: CALLS,
        amount: '7',
        origin: 'ORIGIN_FREE',
      });
      expect(again.revision).toBe(first.body.revision);
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '107', revision: 2 });
    });

    it('has one effect when many send it at once, and all get one answer', async () => {
      const customer = await holder();
      const answers = await Promise.all(Array.from({ length: 32 }, () => topUp(customer, 'at-once')));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([201]));
      expect(new Set(answers.map(({ body }) => body.revision)).size).toBe(1);
      expect(answers.filter(({ headers }) => headers['idempotent-replayed'] === undefined)).toHaveLength(1);
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '107' });
    });

    it('is remembered over a kill', async () => {
      const customer = await holder();
      const first = await topUp(customer, 'before-the-kill');
      await service.killAndRestart();
      const again = await topUp(customer, 'before-the-kill');
      expect(again.headers['idempotent-replayed']).toBe('true');
      expect(again.body.revision).toBe(first.body.revision);
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '107' });
    });
  });

  describe('the same key and another command', () => {
    it('is a conflict on both transports and changes nothing', async () => {
      const customer = await holder();
      await topUp(customer, 'taken');
      expect(await topUp(customer, 'taken', '8')).toMatchObject({
        status: 409,
        body: { code: 'IDEMPOTENCY_CONFLICT', detail: textMatching(/"taken" belongs to a request with another body; choose a new key/) },
      });
      const deduct = service.grpc.call('DeductCredits', {
        request_id: 'taken',
        customer_id: customer,
        credit_product_id: CALLS,
        amount: '1',
        reason: 'r',
      });
      const refused: unknown = await deduct.catch((error: unknown) => error);
      expect(refused).toBeInstanceOf(GrpcProblem);
      expect(refused).toMatchObject({ status: 'ALREADY_EXISTS', reason: 'IDEMPOTENCY_CONFLICT' });
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '107', revision: 2 });
    });
  });

  describe('a refused command', () => {
    it('does not burn its key', async () => {
      const customer = await holder();
      const deduct = (): Promise<Answer<Problem>> =>
        service.http.send('POST', `${callsOf(customer)}/deductions`, { amount: '150', reason: 'r' }, { key: 'patience' });
      expect(await deduct()).toMatchObject({
        status: 402,
        body: { code: 'INSUFFICIENT_CREDITS', facts: { available: '100', requested: '150' } },
      });
      await topUp(customer, 'more', '50');
      expect(await deduct()).toMatchObject({ status: 201 });
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '0' });
    });
  });

  describe('a key', () => {
    it.each([
      ['129 characters long', 'k'.repeat(129)],
      ['with a letter outside ASCII', 'k\u00e9y'],
    ])('that is %s is refused by its header', async (_, key) => {
      const customer = await holder();
      const { status, body } = await topUp(customer, key);
      expect(status).toBe(400);
      expect(body.errors).toEqual([
        { field: 'Idempotency-Key', detail: textMatching(/is not 1 to 128 printable ASCII characters/), remedy: textMatching(/UUID/) },
      ]);
    });

    it('that is not given makes every try a command of its own', async () => {
      const customer = await holder();
      for (let i = 0; i < 2; i++) await service.http.post(`${callsOf(customer)}/top-ups`, { amount: '1', origin: 'free' });
      expect(await balanceOf(service.http, customer)).toMatchObject({ booked: '102' });
    });
  });
});
