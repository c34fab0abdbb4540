export { NumbersPanel as default } from "./party-panels";
