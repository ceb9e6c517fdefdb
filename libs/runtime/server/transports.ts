/** Both transports of an app: Nest on Fastify for HTTP, Nest's gRPC transport, one operation table under the two. */
import 'reflect-metadata';
import { once } from 'node:events';
import { type AnswerPaymentNotification, type AnswerUsage, type Handlers, operations as operationsOf } from '@drawdown/api/resources';
import { type INestApplication, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { FastifyInstance } from 'fastify';
import { type Contract, loadContract } from '@drawdown/api/contract';
import { openApiDocument } from './openapi/openapi';
import { GrpcCalls } from './grpc/grpc-calls';
import { grpcController } from './grpc/grpc-controller';
import { GrpcTransportServer } from './grpc/grpc-server';
import type { Health } from './ops/health';
import { HttpTransport } from './http/http-transport';
import { openHttpServer } from './http/http-server';
import { addressText, assertMayListen, type ListenAddress, listening } from './listen-address';
import type { Log } from './logging';
import { nestLog } from './nest-log';

export interface TransportsOptions {
  readonly handlers: Handlers;
  readonly usage: AnswerUsage;
  readonly paymentNotices: AnswerPaymentNotification;
  readonly http: ListenAddress;
  readonly grpc: ListenAddress;
  /** Whether a transport may listen where others can reach it, although it asks nobody who they are. */
  readonly insecure: boolean;
  /** Allows gRPC callers to list the services. */
  readonly reflection: boolean;
  readonly health: Health;
  readonly log: Log;
  readonly contract?: Contract;
}

const IDLE_SWEEP_MS = 50;

function portOf({ server }: FastifyInstance): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

/** Routes are Fastify's own: Nest's router, guards and pipes stand in nobody's way, its lifecycle and transports are used. */
class TransportAdapter extends FastifyAdapter {
  override setErrorHandler(): ReturnType<FastifyAdapter['setErrorHandler']> {
    return this.getInstance();
  }
  override setNotFoundHandler(): ReturnType<FastifyAdapter['setNotFoundHandler']> {
    return this.getInstance();
  }
}

export class Transports {
  private httpPort = 0;

  private constructor(
    private readonly app: INestApplication,
    private readonly instance: FastifyInstance,
    private readonly httpTransport: HttpTransport,
    private readonly grpcServer: GrpcTransportServer,
    private readonly grpcCalls: GrpcCalls,
    private readonly options: TransportsOptions,
  ) {}

  /**
   * Opens both transports, or none.
   * @throws InsecureListener before anything listens; CannotListen when an address cannot be had.
   */
  static async open(options: TransportsOptions): Promise<Transports> {
    const { http, grpc, insecure, health, log, reflection, contract = loadContract() } = options;
    assertMayListen('HTTP', http, insecure);
    assertMayListen('gRPC', grpc, insecure);
    const operations = operationsOf(options.handlers);
    const instance = openHttpServer(log, () => health.draining);
    const openApi = JSON.stringify(openApiDocument(contract));
    const httpTransport = new HttpTransport({
      contract,
      operations,
      usage: options.usage,
      paymentNotices: options.paymentNotices,
      health,
      log,
      openApi,
    });
    httpTransport.register(instance);

    const grpcCalls = new GrpcCalls(log);
    const grpcServer = new GrpcTransportServer({ contract, address: addressText(grpc), health, reflection });
    class TransportsModule {}
    Module({ controllers: [grpcController(operations, contract, grpcCalls)] })(TransportsModule);

    const app = await NestFactory.create(TransportsModule, new TransportAdapter(instance), {
      bodyParser: false,
      logger: nestLog(log),
      abortOnError: false,
    });
    const transports = new Transports(app, instance, httpTransport, grpcServer, grpcCalls, options);
    try {
      app.connectMicroservice({ strategy: grpcServer });
      await listening('GRPC_HOST and GRPC_PORT', grpc, () => app.startAllMicroservices());
      await listening('HTTP_HOST and HTTP_PORT', http, () => app.listen(http.port, http.host));
      transports.httpPort = portOf(instance);
      return transports;
    } catch (error) {
      await transports.close(AbortSignal.abort());
      throw error;
    }
  }

  get httpUrl(): string {
    return `http://${addressText({ host: this.options.http.host, port: this.httpPort })}`;
  }

  get grpcAddress(): string {
    return addressText({ host: this.options.grpc.host, port: this.grpcServer.port });
  }

  /** Takes no new calls, ends streams, waits for calls under way until the signal is aborted, then ends those too. */
  async close(signal: AbortSignal): Promise<void> {
    this.httpTransport.endStreams();
    this.grpcCalls.endStreams();
    const finished = Promise.all([this.grpcServer.drain(), this.stopListening()]);
    const timeUp = signal.aborted ? Promise.resolve() : once(signal, 'abort');
    await Promise.race([finished, timeUp]);
    this.httpTransport.endAll();
    this.grpcCalls.endAll();
    this.instance.server.closeAllConnections();
    await this.app.close();
  }

  private async stopListening(): Promise<void> {
    const { server } = this.instance;
    if (!server.listening) return;
    // A connection whose call ends only now would otherwise be kept alive, and keep the server open.
    const sweep = setInterval(() => server.closeIdleConnections(), IDLE_SWEEP_MS);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    clearInterval(sweep);
  }
}
