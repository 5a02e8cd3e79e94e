/** What the panel beside the video holds, one tab each. A room adds its own line. */
import type { Component } from 'svelte';
import type { TextKey } from '../language/english';
import type { WorkCommands } from '../services/work_commands';
import type { WorkSession } from '../services/work_session.svelte';
import { pairsOf } from '../state/dialogue';
import CommentsPanel from './CommentsPanel.svelte';
import DialoguePanel from './DialoguePanel.svelte';
import HistoryPanel from './HistoryPanel.svelte';
import SegmentList from './SegmentList.svelte';
import SimilarPanel from './SimilarPanel.svelte';

export interface PanelProps {
  readonly session: WorkSession;
  readonly commands: WorkCommands;
  readonly focusTimeline: () => void;
}

export interface SidePanelTab {
  readonly id: string;
  readonly title: TextKey;
  readonly panel: Component<PanelProps>;
  /** A number beside the title; none at 0. */
  readonly count?: (session: WorkSession) => number;
}

export const SIDE_PANELS: readonly SidePanelTab[] = [
  { id: 'segments', title: 'list.title', panel: SegmentList },
  { id: 'dialogue', title: 'dialogue.title', panel: DialoguePanel, count: (session) => (session.selectedRow ? pairsOf(session.selectedRow).length : 0) },
  { id: 'comments', title: 'comments.title', panel: CommentsPanel, count: (session) => session.talk.openCount },
  { id: 'similar', title: 'similar.title', panel: SimilarPanel },
  { id: 'history', title: 'history.title', panel: HistoryPanel },
];
