export declare class DeviceId {}
export declare class OlmMachine {}
export declare class RoomId {}
export declare class UserId {}
export declare enum StoreType {}
