import type { Density, Theme } from "./net/types";

export interface Look {
  theme: Theme;
  density: Density;
}

const REMEMBERED = "trunkline.look";

/** Theme and density of this browser, so that the first paint is right before anyone has signed in. */
export function rememberedLook(): Look {
  const [theme, density] = (localStorage.getItem(REMEMBERED) ?? "").split(" ");
  return {
    theme: theme === "light" || theme === "dark" ? theme : "system",
    density: density === "compact" ? "compact" : "comfortable",
  };
}

export function applyLook({ theme, density }: Look): void {
  const { dataset } = document.documentElement;
  if (theme === "system") delete dataset["theme"];
  else dataset["theme"] = theme;
  dataset["density"] = density;
  localStorage.setItem(REMEMBERED, `${theme} ${density}`);
}
