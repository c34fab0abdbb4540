export { KnownPanel as default } from "./party-panels";
