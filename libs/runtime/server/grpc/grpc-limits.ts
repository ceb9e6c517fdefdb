/** Limits of the gRPC transport. */
export const GRPC_MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
export const GRPC_METADATA_BYTES_MAX = 16 * 1024;
