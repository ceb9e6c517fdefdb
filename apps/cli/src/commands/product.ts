import type { Message } from '@drawdown/api/contract';
import { readFile } from 'node:fs/promises';
import { text as readText } from 'node:stream/consumers';
import { type Command, Option } from 'commander';
import { wrongUsage } from '../exit-codes';
import type { Io } from '../io';
import type { Runner } from '../invocation';
import { collect, limitOf, meterOf } from '../option-values';
import { productCard, productsTable } from '../rendering/answers';
import { within } from '../rendering/fields';
import { paged, pageOf, type PageOptions } from './options/paging';

interface CreateOptions {
  readonly file?: string;
  readonly name?: string;
  readonly unit?: string;
  readonly meter?: readonly string[];
  readonly limit?: readonly string[];
  readonly drawsOn?: string;
}

const DRAWS_ON = ['credit_balance', 'wallet_immediate', 'wallet_on_invoice'] as const;

export function productCommands(program: Command, runner: Runner): void {
  const product = program.command('product').description('credit products: a unit, and the meters that draw on it');
  product
    .command('create')
    .description('add a credit product, from options or from a JSON file in the form of CreateCreditProduct')
    .argument('[product]', 'its id: a-z, 0-9, "_", ".", "-"')
    .option('--file <path>', 'JSON; "-" for standard input')
    .option('--name <text>', 'for people')
    .option('--unit <text>', 'the name of one unit, such as "API credit"')
    .option(
      '--meter <meter>',
      'METER=EVENT_TYPE@WEIGHT counts events, METER=EVENT_TYPE:PATH@WEIGHT takes the number at a path of their data; repeatable',
      collect,
    )
    .addOption(
      new Option('--draws-on <what>', 'what the meters draw on; one by one with --file')
        .choices(DRAWS_ON)
        .default(DRAWS_ON[0], 'the credit balance'),
    )
    .option('--limit <limit>', 'default warning line, such as low=50 or low=20%; repeatable', collect)
    .action(
      runner.run<CreateOptions>(async (call, [id], options) => {
        const request =
          options.file === undefined
            ? fromOptions(id ?? '', options)
            : { ...(await fromFile(call.io, options.file)), ...(id && { credit_product_id: id }) };
        call.answer(await call.service.call('CreateCreditProduct', request), shown);
      }),
    );
  product
    .command('get')
    .description('one credit product with its meters')
    .argument('<product>')
    .action(runner.run(async (call, [id]) => call.answer(await call.service.call('GetCreditProduct', { credit_product_id: id }), shown)));
  paged(product.command('list').description('all credit products, in order of id')).action(
    runner.run<PageOptions>(async (call, _, options) =>
      call.answer(await call.service.call('ListCreditProducts', pageOf(options)), productsTable),
    ),
  );
}

const shown = (answer: Message): string => productCard(within(answer, 'credit_product'));

function fromOptions(id: string, { name, unit, meter = [], limit = [], drawsOn }: CreateOptions): Message {
  if (!id || !name || !unit) throw wrongUsage('product create needs a product id, --name and --unit, or --file');
  return {
    credit_product_id: id,
    name,
    unit,
    meters: meter.map((one) => ({ ...meterOf(one), draws_on: drawsOn })),
    limits: limit.map(limitOf),
  };
}

async function fromFile(io: Io, path: string): Promise<Message> {
  const written =
    path === '-'
      ? await readText(io.stdin)
      : await readFile(path, 'utf8').catch((fault: Error) => Promise.reject(wrongUsage(`--file: ${fault.message}`)));
  try {
    const value: unknown = JSON.parse(written);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Message;
  } catch (fault) {
    throw wrongUsage(`--file ${path}: ${fault instanceof Error ? fault.message : String(fault)}`);
  }
  throw wrongUsage(`--file ${path}: it must hold one JSON object`);
}
