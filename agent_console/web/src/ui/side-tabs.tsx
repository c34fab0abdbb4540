import { useState, type ReactNode } from "react";
import { Tab, TabList, TabPanel, Tabs } from "react-aria-components";

interface Panel {
  id: string;
  title: string;
  testid?: string;
  content: ReactNode;
}

/** Tabs of which each stays once it was open: what is being written in one is still there on coming back. */
export function SideTabs({ label, panels }: { label: string; panels: readonly Panel[] }) {
  const [chosen, choose] = useState(panels[0]?.id ?? "");
  const [visited, visit] = useState<ReadonlySet<string>>(new Set());
  const open = (id: string): void => {
    visit(new Set([...visited, chosen, id]));
    choose(id);
  };
  return (
    <Tabs className="tabs" selectedKey={panels.some(({ id }) => id === chosen) ? chosen : (panels[0]?.id ?? "")} onSelectionChange={(key) => open(String(key))}>
      <TabList className="tablist" aria-label={label}>
        {panels.map(({ id, title, testid }) => <Tab key={id} id={id} className="tab" data-testid={testid}>{title}</Tab>)}
      </TabList>
      {panels.map(({ id, content }) => <TabPanel key={id} id={id} className="tabpanel scroll" shouldForceMount={visited.has(id)}>{content}</TabPanel>)}
    </Tabs>
  );
}
