/** The part of the WebAssembly interface in use; TypeScript declares it only with all of the browser's types. */
declare namespace WebAssembly {
  class Memory {
    constructor(descriptor: {
      readonly initial: number;
      readonly maximum?: number;
      readonly shared?: boolean;
    });
    /** A SharedArrayBuffer where the memory is shared. */
    readonly buffer: ArrayBuffer;
    /** @throws Error when there is not enough memory */
    grow(pages: number): number;
  }
  const Module: new (bytes: Uint8Array) => object;
  /** Whether this runtime can compile the bytes. */
  function validate(bytes: Uint8Array): boolean;
  class Instance {
    constructor(module: object, imports: Readonly<Record<string, Readonly<Record<string, Memory>>>>);
    readonly exports: unknown;
  }
}
