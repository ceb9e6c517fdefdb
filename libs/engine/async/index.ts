export * from './gate';
export * from './serial-by-stream';
export { AtMost } from './at-most';
export { sideBySide } from './side-by-side';
