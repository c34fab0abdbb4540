import { useState } from "react";
import { useTranslation } from "react-i18next";
import { call, segment } from "../../net/api";
import type { QueueDoc } from "../../net/types";
import { useBusy } from "../../ui/busy";
import { Button, IconButton } from "../../ui/button";
import { Modal } from "../../ui/modal";
import { Wrong } from "../../ui/panes";

/** Close a queue for an emergency, or open it again: asked once more, for everybody who waits is concerned. */
export function Closing({ queue }: { queue: QueueDoc }) {
  const { t } = useTranslation();
  const [asked, ask] = useState(false);
  const [busy, problem, run] = useBusy();
  const what = t(queue.closed ? "board.reopen" : "board.close");
  const act = (): void => run(() => call("PUT", `/queues/${segment(queue.id)}/closing`, { closed: !queue.closed }).then(() => ask(false)));
  return (
    <>
      <IconButton small icon={queue.closed ? "undo" : "lock"} label={what} onPress={() => ask(true)} data-testid={`closing-${queue.id}`} />
      {asked && (
        <Modal title={t(queue.closed ? "board.reopen_queue" : "board.close_queue", { queue: queue.name })} icon={queue.closed ? "undo" : "warn"} close={() => ask(false)} alert size="small" testid="closing">
          <p>{t(queue.closed ? "board.reopen_text" : "board.close_text")}</p>
          <Wrong problem={problem} />
          <div className="dialog-foot">
            <Button onPress={() => ask(false)}>{t("records.leave")}</Button>
            <Button look={queue.closed ? "primary" : "stop"} isDisabled={busy} onPress={act} data-testid="closing-do">{what}</Button>
          </div>
        </Modal>
      )}
    </>
  );
}
