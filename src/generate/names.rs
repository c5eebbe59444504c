//! What they are called.

const FIRST: [&str; 30] = [
    "远", "启", "恒", "嘉", "瑞", "鼎", "博", "汇", "凯", "辰", "铭", "沐", "泽", "卓", "翰", "朗",
    "弘", "景", "睿", "岳", "澜", "昊", "骏", "芯", "禾", "岚", "拓", "冠", "锐", "森",
];
const SECOND: [&str; 24] = [
    "源", "航", "图", "科", "达", "诚", "云", "晟", "信", "谷", "宇", "微", "桥", "盛", "德", "联",
    "通", "研", "佳", "元", "普", "力", "安", "明",
];
/// A name that nobody has twice.
pub(super) fn name(number: usize) -> String {
    // 7 and 720 have no common factor: each number meets another pair.
    let pair = number * 7 % (FIRST.len() * SECOND.len());
    format!(
        "合成{}{}",
        FIRST[pair / SECOND.len()],
        SECOND[pair % SECOND.len()]
    )
}

/// The key of somebody in the file.
pub(super) fn key(number: usize) -> String {
    format!("park-{:04}", number + 1)
}

/// The room that somebody has first.
pub(super) fn room(number: usize) -> String {
    let building = ["A", "B", "C", "D"][number % 4];
    format!(
        "{building}座{}",
        100 * (2 + number / 4 % 16) + number / 64 + 1
    )
}
