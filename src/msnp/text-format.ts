// X-MMS-IM-Format: the look of a whole message.

export interface TextFormat {
  readonly bold: boolean;
  readonly italic: boolean;
  readonly underline: boolean;
  readonly strike: boolean;
  /** 0xRRGGBB; 0 is the default look. */
  readonly color: number;
  /** Undefined or empty: no wish. */
  readonly font?: string;
  readonly rightToLeft: boolean;
}
