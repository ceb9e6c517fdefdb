/** Limits of the gRPC door. */
export const GRPC_MESSAGE_BYTES_MAX = 4 * 1024 * 1024;
export const GRPC_METADATA_BYTES_MAX = 16 * 1024;
