/** Limits of the HTTP transport. Each is refused by name. */
export const HTTP_BODY_BYTES_MAX = 4 * 1024 * 1024;
export const HTTP_HEADER_BYTES_MAX = 16 * 1024;
/** A whole request, headers and body, must have come by then. */
export const HTTP_REQUEST_TIMEOUT_MS = 30_000;
export const HTTP_KEEP_ALIVE_MS = 72_000;
/** A body over the limit is read and thrown away up to so much, so that the caller gets to read the refusal. */
export const HTTP_DISCARD_BYTES_MAX = 64 * 1024 * 1024;
export const HTTP_DISCARD_TIMEOUT_MS = 10_000;
/** A stream says at least this often that it is alive. */
export const HTTP_STREAM_HEARTBEAT_MS = 15_000;
/** How long the answer to a stream waits for a first message, so that a refusal can still be a problem with its status. */
export const HTTP_STREAM_FIRST_MESSAGE_MS = 250;
