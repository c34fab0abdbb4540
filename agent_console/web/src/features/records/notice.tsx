import { Suspense } from "react";
import { Boundary } from "../../ui/boundary";
import type { EntityDoc } from "./entities";
import { noticeOf, type NoticeProps } from "./panels";

/** What an entity has to say above its records, where it has anything. */
export function Notice({ entity, ...props }: NoticeProps & { entity: EntityDoc }) {
  const Said = noticeOf(entity.name);
  return Said ? <Boundary><Suspense fallback={null}><Said {...props} /></Suspense></Boundary> : null;
}
