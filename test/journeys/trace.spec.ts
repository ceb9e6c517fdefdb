/** An hour of real usage, imported by the command line: exact figures, once and again, before and after derived state is lost. */
import { cli, summaryOf, verified } from '../support/services/cli';
import type { Deployment } from '../support/services/deployment';
import { onEveryDeployment } from '../support/services/deployments';
import { LONG_SESSIONS } from '../support/services/full-stack';
import { IMPORT_MAPPING, openTrace, type Trace } from '../support/trace/trace';
import { everyAnswer, expectFigures, listenTo, openTraceAccount } from '../support/trace/trace-account';
import { until } from '../support/waiting';
import { WebhookInbox } from '../support/clients/webhook-inbox';

const CROSSINGS = ['credit_balance.low_balance', 'credit_balance.run_out'];

let service: Deployment;
let inbox: WebhookInbox;
let trace: Trace;

const importTrace = () => service.importUsage(trace.file, IMPORT_MAPPING);

onEveryDeployment(
  (deployment) => {
    beforeAll(async () => {
      trace = openTrace();
      inbox = await WebhookInbox.open();
      service = deployment();
      await openTraceAccount(service.http);
      await listenTo(service.http, inbox, CROSSINGS);
    });

    afterAll(() => inbox.close());

    describe('importing the trace', () => {
      it('applies every row, and the figures are exact', async () => {
        expect(await importTrace()).toEqual({ applied: trace.expected.rows, duplicate: 0, rejected: 0 });
        await expectFigures(service.http, trace);
      });

      it('notifies of every crossing, signed', async () => {
        const { lowBalance, runOut } = trace.expected;
        await until(
          `${lowBalance + runOut} notifications`,
          () => CROSSINGS.flatMap((type) => inbox.notifications(type)).length >= lowBalance + runOut,
        );
        expect(inbox.notifications('credit_balance.low_balance')).toHaveLength(lowBalance);
        expect(inbox.notifications('credit_balance.run_out')).toHaveLength(runOut);
        expect(inbox.duplicates()).toEqual([]);
        expect(inbox.distrusted).toEqual([]);
      });

      it('changes nothing the second time: every row is a duplicate', async () => {
        const before = await everyAnswer(service.http);
        expect(await importTrace()).toEqual({ applied: 0, duplicate: trace.expected.rows, rejected: 0 });
        expect(await everyAnswer(service.http)).toEqual(before);
        await expectFigures(service.http, trace);
      });
    });

    describe('derived state', () => {
      it('is made anew by a rebuild under the running service: every answer is the same, byte for byte', async () => {
        const before = await everyAnswer(service.http);
        const { code, stdout } = await cli(service.url, ['projection', 'rebuild']);
        expect(code).toBe(0);
        // 100 customers, their balances and the product at least.
        expect((summaryOf(stdout) as { readonly documents: number }).documents).toBeGreaterThan(200);
        expect(await everyAnswer(service.http)).toEqual(before);
      });

      it('is made anew when it is lost: every answer is the same, byte for byte, and no row is taken twice', async () => {
        const before = await everyAnswer(service.http);
        await service.loseDerivedState();
        expect(await everyAnswer(service.http)).toEqual(before);
        expect(await importTrace()).toEqual({ applied: 0, duplicate: trace.expected.rows, rejected: 0 });
        expect(await everyAnswer(service.http)).toEqual(before);
      });

      it('is what verify says it is', async () => {
        expect(await verified(service.url)).toMatchObject({ valid: true, findings: 0, balances: 100 });
      });
    });
  },
  () => LONG_SESSIONS,
);
