/** The Nest controller of the gRPC transport, made from the operation table: one method per rpc. */
import type { Metadata, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Controller, type Type } from '@nestjs/common';
import { GrpcMethod, RpcException } from '@nestjs/microservices';
import type { Operation } from '@drawdown/api/resources';
import { Observable } from 'rxjs';
import type { Contract } from '@drawdown/api/contract';
import type { GrpcCalls, WireBytes } from './grpc-calls';

export function grpcController(operations: readonly Operation[], contract: Contract, calls: GrpcCalls): Type {
  class GrpcController {}
  for (const operation of operations) {
    const rpc = contract.rpcs.get(operation.name);
    if (!rpc) throw new Error(`operation ${operation.name} has no rpc in the contract`);
    const once = (bytes: WireBytes, metadata: Metadata, wire: ServerUnaryCall<WireBytes, WireBytes>): Promise<WireBytes> =>
      calls.once(operation, rpc, bytes, metadata, wire).catch((error: object) => {
        throw new RpcException(error);
      });
    // Nothing is emitted: messages are written to the call as fast as the caller reads. Nest would queue them without bound.
    const stream = (bytes: WireBytes, metadata: Metadata, wire: ServerWritableStream<WireBytes, WireBytes>): Observable<never> =>
      new Observable((subscriber) => {
        calls.stream(operation, rpc, bytes, metadata, wire).then(
          () => subscriber.complete(),
          (error: object) => subscriber.error(new RpcException(error)),
        );
      });
    const descriptor: PropertyDescriptor = { value: rpc.streamed ? stream : once, configurable: true, writable: true };
    Object.defineProperty(GrpcController.prototype, operation.name, descriptor);
    GrpcMethod(rpc.service, rpc.name)(GrpcController.prototype, operation.name, descriptor);
  }
  Controller()(GrpcController);
  return GrpcController;
}
