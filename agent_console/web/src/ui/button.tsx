import type { ReactNode, Ref } from "react";
import { Button as RacButton, Tooltip, TooltipTrigger, type ButtonProps } from "react-aria-components";
import { Icon, type IconName } from "./icon";

export type Look = "plain" | "primary" | "go" | "stop" | "quiet" | "on";

interface Props extends Omit<ButtonProps, "className" | "children"> {
  look?: Look;
  icon?: IconName;
  big?: boolean;
  small?: boolean;
  ref?: Ref<HTMLButtonElement>;
  children: ReactNode;
  "data-testid"?: string;
}

export function Button({ look = "plain", icon, big, small, children, ...rest }: Props) {
  const className = ["btn", look, big && "big", small && "small"].filter(Boolean).join(" ");
  return (
    <RacButton {...rest} className={className}>
      {icon && <Icon name={icon} size={small ? 16 : 18} />}
      {children}
    </RacButton>
  );
}

interface IconProps extends Omit<Props, "children" | "icon"> {
  icon: IconName;
  label: string;
}

/** A button that is only an icon: the label is its name and its tooltip. */
export function IconButton({ icon, label, look = "quiet", small, big, ...rest }: IconProps) {
  const className = ["btn", "icon", look, small && "small", big && "big"].filter(Boolean).join(" ");
  return (
    <TooltipTrigger delay={500}>
      <RacButton {...rest} aria-label={label} className={className}>
        <Icon name={icon} size={small ? 16 : 18} />
      </RacButton>
      <Tooltip className="tip" offset={6}>{label}</Tooltip>
    </TooltipTrigger>
  );
}
