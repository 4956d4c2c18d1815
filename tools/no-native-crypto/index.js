'use strict';
// Loaded by the bot SDK at import time, touched only when encryption is switched on, which this bridge never does.
const missing = (name) =>
  class {
    constructor() {
      throw new Error(`${name}: end-to-bridge encryption is not available in this bridge`);
    }
  };
module.exports = {
  DeviceId: missing('DeviceId'),
  OlmMachine: missing('OlmMachine'),
  RoomId: missing('RoomId'),
  UserId: missing('UserId'),
  StoreType: {},
};
