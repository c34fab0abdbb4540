/** The documents of the socket and the answers of the API, as docs/contracts.md sections 5 and 6 promise them. */
export type * from "./chats";
export type * from "./common";
export type * from "./contracts";
export type * from "./coverage";
export type * from "./customers";
export type * from "./desk";
export type * from "./letters";
export type * from "./recordings";
export type * from "./routing";
export type * from "./search";
export type * from "./session";
export type * from "./sla";
export type * from "./talks";
