/** What other pages and panels use of records. */
export { RecordForm, type RecordFormProps } from "./form";
export { RecordList } from "./record-list";
export { RecordPicker } from "./picker";
export { FieldRow } from "./fields";
export { allows, askEntities, fieldOf, listAddress, recordAddress, titleOf, useEntities, useEntity, type EntityDoc, type FieldDoc, type RecordRow } from "./entities";
export type { PanelProps } from "./panels";
