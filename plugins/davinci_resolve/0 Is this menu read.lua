-- Tells two troubles apart: if this entry shows a message but the other two are not in the menu, the folder is right and
-- Resolve has no Python (or is the free edition from 21.1 on, which runs none). If nothing is listed, the folder is wrong.
local version = "unknown"
if resolve then version = resolve:GetProductName() .. " " .. resolve:GetVersionString() end
print("MPD Studio: this folder is read by " .. version .. ".")
print("If '1 Send gap' and '2 Place results' are not listed here, Python scripts are not run by this edition or on this")
print("machine. Then, in MPD Studio: File > Export timeline, 'Folder for DaVinci Resolve'.")
