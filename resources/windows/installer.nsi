; Per-user installer: no administrator rights, no network, Chinese pages. Built by `python run.py windows`:
;   makensis -INPUTCHARSET UTF8 -DPAYLOAD=... -DVERSION=... -DOUTFILE=... installer.nsi
Target amd64-unicode
!include "MUI2.nsh"
!include "LogicLib.nsh"

!define PRODUCT "编码质控台"
!define PROGRAM "CaseCodeQA"
!define SESSION_TYPE "CaseCodeQA.Session"
!define UNINSTALL_KEY "Software\Microsoft\Windows\CurrentVersion\Uninstall\${PROGRAM}"

Name "${PRODUCT} ${VERSION}"
OutFile "${OUTFILE}"
InstallDir "$LOCALAPPDATA\Programs\${PROGRAM}"
InstallDirRegKey HKCU "Software\${PROGRAM}" "InstallDir"
RequestExecutionLevel user
SetCompressor /SOLID lzma
SetDateSave off
BrandingText "${PRODUCT} ${VERSION}"

!define MUI_ICON "${ICON}"
!define MUI_UNICON "${ICON}"
!define MUI_FINISHPAGE_RUN "$INSTDIR\${PROGRAM}.exe"
!define MUI_FINISHPAGE_RUN_TEXT "立即打开${PRODUCT}"
!insertmacro MUI_PAGE_LICENSE "${PAYLOAD}\LICENSE.txt"
!insertmacro MUI_PAGE_DIRECTORY
!insertmacro MUI_PAGE_INSTFILES
!insertmacro MUI_PAGE_FINISH
!insertmacro MUI_UNPAGE_CONFIRM
!insertmacro MUI_UNPAGE_INSTFILES
!insertmacro MUI_LANGUAGE "SimpChinese"

; A running program holds its files: replacing or deleting half of them would break it. Ask to close it; silently: give up.
!macro RefuseWhileRunning FILE
  ${DoWhile} ${FileExists} "$INSTDIR\${FILE}"
    ClearErrors
    FileOpen $0 "$INSTDIR\${FILE}" a
    ${IfNot} ${Errors}
      FileClose $0
      ${ExitDo}
    ${EndIf}
    MessageBox MB_RETRYCANCEL|MB_ICONEXCLAMATION "${PRODUCT}正在运行。请保存并关闭它，然后点“重试”。" /SD IDCANCEL IDRETRY +3
      SetErrorLevel 3
      Quit
  ${Loop}
!macroend

Section "install"
  !insertmacro RefuseWhileRunning "${PROGRAM}.exe"
  !insertmacro RefuseWhileRunning "casecode-qa.exe"
  ; An older version's files would stay beside the new ones and be loaded: the program folder is ours alone.
  IfFileExists "$INSTDIR\${PROGRAM}.exe" 0 +2
    RMDir /r "$INSTDIR\_internal"
  SetOutPath "$INSTDIR"
  File /r "${PAYLOAD}\*"
  WriteUninstaller "$INSTDIR\uninstall.exe"
  CreateDirectory "$SMPROGRAMS\${PRODUCT}"
  CreateShortcut "$SMPROGRAMS\${PRODUCT}\${PRODUCT}.lnk" "$INSTDIR\${PROGRAM}.exe"
  CreateShortcut "$SMPROGRAMS\${PRODUCT}\卸载${PRODUCT}.lnk" "$INSTDIR\uninstall.exe"
  WriteRegStr HKCU "Software\${PROGRAM}" "InstallDir" "$INSTDIR"
  WriteRegStr HKCU "Software\Classes\.ccqa" "" "${SESSION_TYPE}"
  WriteRegStr HKCU "Software\Classes\${SESSION_TYPE}" "" "${PRODUCT}工作文件"
  WriteRegStr HKCU "Software\Classes\${SESSION_TYPE}\DefaultIcon" "" "$INSTDIR\${PROGRAM}.exe,0"
  WriteRegStr HKCU "Software\Classes\${SESSION_TYPE}\shell\open\command" "" '"$INSTDIR\${PROGRAM}.exe" "%1"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayName" "${PRODUCT}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayVersion" "${VERSION}"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "DisplayIcon" "$INSTDIR\${PROGRAM}.exe"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "Publisher" "CaseCode QA"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "InstallLocation" "$INSTDIR"
  WriteRegStr HKCU "${UNINSTALL_KEY}" "UninstallString" '"$INSTDIR\uninstall.exe"'
  WriteRegStr HKCU "${UNINSTALL_KEY}" "QuietUninstallString" '"$INSTDIR\uninstall.exe" /S'
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoModify" 1
  WriteRegDWORD HKCU "${UNINSTALL_KEY}" "NoRepair" 1
SectionEnd

Section "Uninstall"
  !insertmacro RefuseWhileRunning "${PROGRAM}.exe"
  !insertmacro RefuseWhileRunning "casecode-qa.exe"
  ; Only what was installed. The user's sessions, tables and settings live in another folder and stay.
  !include "${UNINSTALL_LIST}"
  Delete "$INSTDIR\uninstall.exe"
  RMDir "$INSTDIR"
  Delete "$SMPROGRAMS\${PRODUCT}\*.lnk"
  RMDir "$SMPROGRAMS\${PRODUCT}"
  DeleteRegKey HKCU "Software\Classes\${SESSION_TYPE}"
  DeleteRegValue HKCU "Software\Classes\.ccqa" ""
  DeleteRegKey /ifempty HKCU "Software\Classes\.ccqa"
  DeleteRegKey HKCU "${UNINSTALL_KEY}"
  DeleteRegKey HKCU "Software\${PROGRAM}"
SectionEnd
